/// What a milter asked for when a connection began: the same of every connection to it.
struct Negotiated {
    /// The steps that are left out or not answered, by the bits of libmilter/mfdef.h.
    private let steps: UInt32
    /// The names of the macros that it wants, by stage; nil where it said nothing.
    private var macros: [UInt32: [UInt8]] = [:]

    var hasConnect: Bool { steps & 0x1 == 0 }
    var hasHELO: Bool { steps & 0x2 == 0 }
    var hasMAIL: Bool { steps & 0x4 == 0 }
    var answersConnect: Bool { steps & 0x1000 == 0 }
    var answersHELO: Bool { steps & 0x2000 == 0 }
    var answersMAIL: Bool { steps & 0x4000 == 0 }

    /// The data of the answer to an offer, behind its command; nil if it is none.
    init?(_ data: UnsafeBufferPointer<UInt8>) {
        guard data.count >= 12 else { return nil }
        func word(_ place: Int) -> UInt32 { (0..<4).reduce(0) { $0 << 8 | UInt32(data[place + $1]) } }
        steps = word(8)
        var place = 12
        while place + 4 < data.count {
            let stage = word(place)
            let names = data[(place + 4)...].prefix { $0 != 0 }
            macros[stage] = Array(names)
            place += 4 + names.count + 1
        }
    }

    /// All of it, to compare one milter's with another's.
    var text: String {
        let stages = macros.sorted { $0.key < $1.key }.map { "\($0.key): \(String(decoding: $0.value, as: UTF8.self))" }
        return (["0x\(String(steps, radix: 16))"] + stages).joined(separator: ", ")
    }

    /// Whether a macro is to be sent with MAIL (2) or RCPT (3). Without a word of the milter, what Postfix sends.
    func wants(_ name: String, at stage: UInt32) -> Bool {
        guard let names = macros[stage] else { return name.hasPrefix("{rcpt_") || name.hasPrefix("{mail_") }
        return names.split(separator: UInt8(ascii: " ")).contains { $0.elementsEqual(name.utf8) }
    }
}
