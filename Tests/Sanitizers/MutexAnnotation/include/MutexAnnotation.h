// Nothing to call: the linker puts MutexAnnotation.c between `Mutex` and its library (Package.swift).
