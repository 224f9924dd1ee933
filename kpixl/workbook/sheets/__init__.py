"""One module a sheet: which rows and columns its block has, and what stands in each cell."""
