namespace bizcomms {}
