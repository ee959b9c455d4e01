extension BidirectionalCollection<UInt8> {
    /// A line without the `\r` that stands before its `\n`, if one does.
    var withoutReturn: SubSequence { last == UInt8(ascii: "\r") ? dropLast() : self[...] }
}
