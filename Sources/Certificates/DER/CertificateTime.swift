/// The dates of a certificate (RFC 5280 §4.1.2.5).
enum CertificateTime {
    /// The time in seconds since 1970; nil unless it has the form of RFC 5280, `YYMMDDHHMMSSZ` (UTCTime) or
    /// `YYYYMMDDHHMMSSZ` (GeneralizedTime), and is a date that exists (F-81).
    ///
    /// ASN.1 allows more forms: without seconds or `Z`, with fractions or an offset. RFC 5280 forbids them, and OpenSSL
    /// does not accept them as dates.
    static func seconds(_ element: DERReader.Element) -> Int64? {
        let isShort = element.tag == DERReader.Tag.utcTime
        guard isShort || element.tag == DERReader.Tag.generalizedTime,
            element.contents.count == (isShort ? 13 : 15), element.contents.last == UInt8(ascii: "Z")
        else { return nil }
        var digits: [Int64] = []
        for byte in element.contents.dropLast() {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
            digits.append(Int64(byte - UInt8(ascii: "0")))
        }
        var pairs = stride(from: 0, to: digits.count, by: 2).map { digits[$0] * 10 + digits[$0 + 1] }[...]
        let first = pairs.removeFirst()
        // RFC 5280 §4.1.2.5.1: years from 50 on belong to the twentieth century.
        let year = isShort ? (first < 50 ? 2000 : 1900) + first : first * 100 + pairs.removeFirst()
        let (month, day) = (pairs.removeFirst(), pairs.removeFirst())
        let (hour, minute, second) = (pairs.removeFirst(), pairs.removeFirst(), pairs.removeFirst())
        guard (1...12).contains(month), day >= 1, day <= Self.days(month, year), hour < 24, minute < 60, second < 60
        else { return nil }
        return Self.day(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second
    }

    private static func days(_ month: Int64, _ year: Int64) -> Int64 {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// The days since 1970 (Howard Hinnant's days_from_civil: the year begins in March, so the leap day is its last
    /// day).
    private static func day(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }
}
