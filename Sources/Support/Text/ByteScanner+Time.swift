extension ByteScanner {
    /// Skips a time stamp and the blanks after it.
    ///
    /// It knows the time stamps of syslog (RFC 3164 with or without a year or a weekday, in any language; RFC 3339), of
    /// the journal (`short-full`, `short-unix`), of postlogd(8), Exim, containers and daemontools (`@4000…`). Each may
    /// have a fraction of the second and a zone.
    ///
    /// - Returns: Whether there was one.
    package mutating func skipTime() -> Bool {
        guard let first = next else { return false }
        if first.isDigit { return skipDate() || skipSeconds() || skipYearAndDay() }
        if first == UInt8(ascii: "@") { return skipLabel() }
        guard first.isLetter || first >= 0x80 || first == 0x1B else { return false }
        var rest = self
        if rest.skipDay() {
            self = rest
            return true
        }
        // A weekday may come first, perhaps with a comma.
        guard let word = rest.token(), (2...12).contains(word.count), rest.skipDate() || rest.skipDay() else {
            return false
        }
        self = rest
        return true
    }

    /// Skips `2026-11-23T22:43:10.123456+01:00`, `2026-11-23 22:43:10,123 +0100`, `2026-11-23_22:43:10.1` or
    /// `2026/11/23 22:43:10`.
    private mutating func skipDate() -> Bool {
        guard
            fits("0000-00-00T00:00:00") || fits("0000-00-00 00:00:00") || fits("0000-00-00_00:00:00")
                || fits("0000/00/00 00:00:00")
        else { return false }
        var rest = self
        rest.drop(19)
        rest.skipFraction()
        guard rest.skipZone() else { return false }
        self = rest
        return true
    }

    /// Skips `Nov 23 22:43:10`, `Nov 23 2026 22:43:10` or `Nov 23 22:43:10 2026`, also with the name of the month in
    /// another language.
    private mutating func skipDay() -> Bool {
        var rest = self
        guard let month = rest.token(), (2...12).contains(month.count), month.contains(where: { !$0.isDigit }),
            let day = rest.token(), (1...2).contains(day.count), day.allSatisfy(\.isDigit)
        else { return false }
        if rest.fits("0000 ") { rest.drop(5) }
        guard rest.skipClock() else { return false }
        self = rest
        return true
    }

    /// Skips `2026 Nov 23 22:43:10`.
    private mutating func skipYearAndDay() -> Bool {
        guard fits("0000 ") else { return false }
        var rest = self
        rest.drop(5)
        guard rest.skipDay() else { return false }
        self = rest
        return true
    }

    /// Skips `22:43:10.123`, and a year after it.
    private mutating func skipClock() -> Bool {
        guard fits("00:00:00") else { return false }
        drop(8)
        skipFraction()
        guard skipZone() else { return false }
        if fits("0000 ") { drop(5) }
        return true
    }

    /// Skips `1764000000.123456` or `1764000000123`, seconds or milliseconds since 1970.
    private mutating func skipSeconds() -> Bool {
        let digits = rest.prefix(while: \.isDigit).count
        guard digits == 10 || digits == 13 else { return false }
        var rest = self
        rest.drop(digits)
        rest.skipFraction()
        guard let byte = rest.next, byte.isBlank else { return false }
        rest.skipBlanks()
        self = rest
        return true
    }

    /// Skips `@400000006566a1b23c0d1e2f`, which is TAI64N.
    private mutating func skipLabel() -> Bool {
        let label = peek()
        guard label.count == 25, label.dropFirst().allSatisfy(\.isHexDigit) else { return false }
        drop(25)
        skipBlanks()
        return true
    }

    private mutating func skipFraction() {
        guard let byte = next, byte == UInt8(ascii: ".") || byte == UInt8(ascii: ",") else { return }
        let digits = rest.dropFirst().prefix(9).prefix(while: \.isDigit).count
        if digits > 0 { drop(1 + digits) }
    }

    /// Skips the end of a time: a zone, perhaps after a blank, and blanks. A comma as in `2026-11-23T22:43:10,"…"` ends
    /// the cell of a table.
    private mutating func skipZone() -> Bool {
        if next == UInt8(ascii: "Z") { drop(1) } else { skipOffset() }
        guard let byte = next else { return false }
        if byte == UInt8(ascii: ",") || byte == UInt8(ascii: ":") {
            drop(1)
            skipBlanks()
            return true
        }
        guard byte.isBlank else { return false }
        skipBlanks()
        var rest = self
        rest.skipOffset()
        if let byte = rest.next, byte.isBlank, rest.rest.count < self.rest.count {
            rest.skipBlanks()
            self = rest
        }
        return true
    }

    private mutating func skipOffset() {
        guard next == UInt8(ascii: "+") || next == UInt8(ascii: "-") else { return }
        var rest = self
        rest.drop(1)
        if rest.fits("00:00") {
            drop(6)
        } else if rest.fits("0000") {
            drop(5)
        } else if rest.fits("00 ") {
            drop(3)
        }
    }

    /// Whether the rest begins as a pattern says, in which `0` stands for a digit.
    private func fits(_ pattern: StaticString) -> Bool {
        guard rest.count >= pattern.utf8CodeUnitCount else { return false }
        return pattern.withUTF8Buffer { pattern in
            pattern.indices.allSatisfy { index in
                pattern[index] == UInt8(ascii: "0") ? rest[index].isDigit : rest[index] == pattern[index]
            }
        }
    }
}

extension UInt8 {
    /// Whether this is a hexadecimal digit in lower or upper case.
    fileprivate var isHexDigit: Bool {
        isDigit || (self | 0x20) >= UInt8(ascii: "a") && (self | 0x20) <= UInt8(ascii: "f")
    }
}
