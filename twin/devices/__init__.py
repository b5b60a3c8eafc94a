"""Real and simulated devices, and the one way a change reaches them.

A device kind is one file of this folder that holds a class ``Device``; every other module of the
folder is named in :data:`twin.devices.base.NOT_KINDS`.
"""
