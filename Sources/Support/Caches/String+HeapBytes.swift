extension String {
    /// About how many bytes it takes on the heap. Up to fifteen bytes of UTF-8 are stored inside the string itself.
    package var heapBytes: Int { utf8.count > 15 ? 32 + utf8.count : 0 }
}
