"""The measurements behind the numbers that the documentation states; results go to bench/ as JSON."""
