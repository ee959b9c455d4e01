extension String {
    /// About how many bytes it takes on the heap: none up to fifteen bytes of UTF-8, which a string holds in itself.
    package var heapBytes: Int { utf8.count > 15 ? 32 + utf8.count : 0 }
}
