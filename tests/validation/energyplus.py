"""The house of ASHRAE 140 in EnergyPlus: input file, run in a process of its own, hourly rows."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np

GENERAL = """
Version,25.2;
SimulationControl,No,No,No,No,Yes;
Building,House,0,Country,0.01,0.05,FullExterior,60,6;
Timestep,12;
ShadowCalculation,PolygonClipping,Periodic,1;
SurfaceConvectionAlgorithm:Inside,TARP;
SurfaceConvectionAlgorithm:Outside,DOE-2;
HeatBalanceAlgorithm,ConductionTransferFunction;
RunPeriod,year,1,1,2019,12,31,2019,Tuesday,No,No,No,Yes,Yes;
Site:GroundReflectance,0.2,0.2,0.2,0.2,0.2,0.2,0.2,0.2,0.2,0.2,0.2,0.2;
GlobalGeometryRules,UpperLeftCorner,CounterClockWise,World;
ScheduleTypeLimits,any;
Schedule:Constant,on,any,1;
Zone,room,0,0,0,0,1,1,2.7,129.6;
ZoneInfiltration:DesignFlowRate,leaks,room,on,AirChanges/Hour,,,,0.5,1,0,0,0;
OtherEquipment,gain,None,room,on,EquipmentLevel,200,,,0,0.6,0;
WindowMaterial:Glazing,glass,SpectralAverage,,0.003048,0.834,0.075,0.075,0.834,0.075,0.075,0,0.84,0.84,1.0;
WindowMaterial:Gas,gap,Air,0.012;
Construction,window,glass,gap,glass;
Output:Variable,*,Zone Mean Air Temperature,Hourly;
Output:Variable,*,Zone Ideal Loads Zone Sensible Heating Energy,Hourly;
Output:Variable,*,Zone Ideal Loads Zone Sensible Cooling Energy,Hourly;
Output:Variable,*,Surface Outside Face Incident Solar Radiation Rate per Area,Hourly;
Output:Variable,*,Zone Windows Total Transmitted Solar Radiation Rate,Hourly;
Output:Variable,*,Enclosure Windows Total Transmitted Solar Radiation Rate,Hourly;
"""
PLANT = """
Schedule:Constant,dual,any,4;
ZoneControl:Thermostat,thermostat,room,dual,ThermostatSetpoint:DualSetpoint,band;
ThermostatSetpoint:DualSetpoint,band,heat at,cool at;
ZoneHVAC:EquipmentConnections,room,equipment,inlet,,air,outlet;
ZoneHVAC:EquipmentList,equipment,SequentialLoad,ZoneHVAC:IdealLoadsAirSystem,ideal,1,1,,;
ZoneHVAC:IdealLoadsAirSystem,ideal,,inlet,,,50,13,0.05,0.001,NoLimit,,,NoLimit,,,,,ConstantSensibleHeatRatio,1.0,None;
"""
LIGHT = """
Material,board,Rough,0.012,0.16,950,840,0.9,0.6,0.6;
Material,fiberglass,Rough,0.066,0.04,12,840,0.9,0.6,0.6;
Material,siding,Rough,0.009,0.14,530,900,0.9,0.6,0.6;
Material,timber,Rough,0.025,0.14,650,1200,0.9,0.6,0.6;
Material:NoMass,floor insulation,Rough,25.075,0.9,0.6,0.6;
Construction,wall,siding,fiberglass,board;
Construction,floor,floor insulation,timber;
"""
HEAVY = """
Material,block,Rough,0.100,0.51,1400,1000,0.9,0.6,0.6;
Material,foam,Rough,0.0615,0.04,10,1400,0.9,0.6,0.6;
Material,siding,Rough,0.009,0.14,530,900,0.9,0.6,0.6;
Material,slab,Rough,0.080,1.13,1400,1000,0.9,0.6,0.6;
Material:NoMass,floor insulation,Rough,25.175,0.9,0.6,0.6;
Construction,wall,siding,foam,block;
Construction,floor,floor insulation,slab;
"""
ROOF = """
Material,ceiling board,Rough,0.010,0.16,950,840,0.9,0.6,0.6;
Material,roof fiberglass,Rough,0.1118,0.04,12,840,0.9,0.6,0.6;
Material,roofdeck,Rough,0.019,0.14,530,900,0.9,0.6,0.6;
Construction,roof,roofdeck,roof fiberglass,ceiling board;
"""
SURFACES = {
    "north": ("Wall", "wall", "SunExposed,WindExposed", "8,6,2.7, 8,6,0, 0,6,0, 0,6,2.7"),
    "south": ("Wall", "wall", "SunExposed,WindExposed", "0,0,2.7, 0,0,0, 8,0,0, 8,0,2.7"),
    "east": ("Wall", "wall", "SunExposed,WindExposed", "8,0,2.7, 8,0,0, 8,6,0, 8,6,2.7"),
    "west": ("Wall", "wall", "SunExposed,WindExposed", "0,6,2.7, 0,6,0, 0,0,0, 0,0,2.7"),
    "floor": ("Floor", "floor", "NoSun,NoWind", "0,0,0, 0,6,0, 8,6,0, 8,0,0"),
    "roof": ("Roof", "roof", "SunExposed,WindExposed", "0,6,2.7, 0,0,2.7, 8,0,2.7, 8,6,2.7"),
}
SOUTH = {
    "left": ("south", "0.5,0,2.2, 0.5,0,0.2, 3.5,0,0.2, 3.5,0,2.2"),
    "right": ("south", "4.5,0,2.2, 4.5,0,0.2, 7.5,0,0.2, 7.5,0,2.2"),
}
EAST_WEST = {
    "left": ("east", "8,1.5,2.2, 8,1.5,0.2, 8,4.5,0.2, 8,4.5,2.2"),
    "right": ("west", "0,4.5,2.2, 0,4.5,0.2, 0,1.5,0.2, 0,1.5,2.2"),
}
SHADES = {
    "south roof": "0,-1,2.7, 8,-1,2.7, 8,0,2.7, 0,0,2.7",
    "east roof": "9,1.5,2.7, 9,4.5,2.7, 8,4.5,2.7, 8,1.5,2.7",
    "east fin 1": "8,1.5,2.7, 8,1.5,0, 9,1.5,0, 9,1.5,2.7",
    "east fin 2": "8,4.5,2.7, 8,4.5,0, 9,4.5,0, 9,4.5,2.7",
    "west roof": "-1,4.5,2.7, -1,1.5,2.7, 0,1.5,2.7, 0,4.5,2.7",
    "west fin 1": "0,1.5,2.7, 0,1.5,0, -1,1.5,0, -1,1.5,2.7",
    "west fin 2": "0,4.5,2.7, 0,4.5,0, -1,4.5,0, -1,4.5,2.7",
}
FAN = """
Schedule:Compact,at night,any,Through: 12/31,For: AllDays,
  Until: 07:00,1,Until: 18:00,0,Until: 24:00,1;
ZoneVentilation:DesignFlowRate,fan,room,at night,Flow/Zone,0.4731,,,,Natural,0,1,
  1,0,0,0,-100,,100,,-100;
"""


def house(
    *,
    heavy: bool,
    heating: str = "",
    cooling: float = 0.0,
    sides: dict[str, tuple[str, str]] = SOUTH,
    shaded: str = "",
    fan: bool = False,
) -> str:
    """Return the input file; ``heating`` is the IDF of a schedule named *heat at*.

    ``shaded`` are words of the shades that stand there; ``fan`` blows from 18 to 7 h.
    """
    text = GENERAL + (HEAVY if heavy else LIGHT) + ROOF
    for name, (kind, construction, exposed, corners) in SURFACES.items():
        text += (
            f"BuildingSurface:Detailed,{name},{kind},{construction},room,,Outdoors,,{exposed},,4,"
            f"{corners};\n"
        )
    for name, (wall, corners) in sides.items():
        text += f"FenestrationSurface:Detailed,{name},Window,window,{wall},,,,1,4,{corners};\n"
    for name, corners in SHADES.items():
        if name.split()[0] in shaded.split():
            text += f"Shading:Building:Detailed,{name},,4,{corners};\n"
    text += FAN if fan else ""
    if heating:
        text += PLANT + heating + f"Schedule:Constant,cool at,any,{cooling};\n"
    return text


def run(idf: str, weather: Path, folder: Path) -> dict[str, np.ndarray]:
    """Run a year; every reported variable as 8760 hourly values."""
    (folder / "in.idf").write_text(idf, "utf-8")
    words = ["-w", str(weather), "-d", str(folder), str(folder / "in.idf")]
    program = (
        "from pyenergyplus.api import EnergyPlusAPI; import sys; api = EnergyPlusAPI();"
        "sys.exit(api.runtime.run_energyplus(api.state_manager.new_state(), sys.argv[1:]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *words],
        capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip
    errors = folder / "eplusout.err"
    assert done.returncode == 0, errors.read_text() if errors.exists() else done.stderr
    return read(folder / "eplusout.eso")


def read(path: Path) -> dict[str, np.ndarray]:
    """Hourly variables of an ESO file by ``KEY:variable``."""
    head, _, body = path.read_text().partition("End of Data Dictionary\n")
    names = {}
    for line in head.splitlines():
        if "!Hourly" in line:
            number, _count, key, variable = line.split("!")[0].strip().split(",")
            names[number] = f"{key}:{variable.split(' [')[0]}"
    found: dict[str, list[float]] = {name: [] for name in names.values()}
    for line in body.splitlines():
        number, _, value = line.partition(",")
        if number in names:
            found[names[number]].append(float(value.split(",")[0]))
    return {name: np.array(values) for name, values in found.items()}
