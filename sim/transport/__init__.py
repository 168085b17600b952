"""Flow and transport in the tissue: Darcy's law, the syringe, the drug's way by convection,
diffusion and clearance, on vertex-centred control volumes."""
