"""What holds the nodule: the elastic tissue around it."""
