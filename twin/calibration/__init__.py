"""Parameters of a twin from what was recorded, and how well they hold on what was kept back."""
