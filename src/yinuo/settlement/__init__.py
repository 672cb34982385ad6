"""理算: motor accidents settled exactly under Chinese compulsory and commercial cover.

Pure: plain values in, plain values out. `read_accident` reads the JSON form, `settle` works it
out, `Settlement.as_dict` prints it.
"""
