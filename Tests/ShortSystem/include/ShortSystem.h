// Nothing to include: the library is for LD_PRELOAD.
