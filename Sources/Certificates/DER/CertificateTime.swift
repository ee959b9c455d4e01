import Algorithms
import Support

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
        var pairs = digits.chunks(ofCount: 2).map { $0.reduce(0) { $0 * 10 + $1 } }[...]
        let first = pairs.removeFirst()
        // RFC 5280 §4.1.2.5.1: years from 50 on belong to the twentieth century.
        let year = isShort ? (first < 50 ? 2000 : 1900) + first : first * 100 + pairs.removeFirst()
        let (month, day) = (pairs.removeFirst(), pairs.removeFirst())
        let (hour, minute, second) = (pairs.removeFirst(), pairs.removeFirst(), pairs.removeFirst())
        guard let date = CalendarDate(year: year, month: month, day: day), hour < 24, minute < 60, second < 60
        else { return nil }
        return date.daysSince1970 * 86_400 + hour * 3600 + minute * 60 + second
    }
}
