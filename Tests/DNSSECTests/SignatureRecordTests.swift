import Testing

@testable import DNSSEC

/// The reader of signatures on messages whole, cut and made up.
@Suite struct SignatureRecordTests {
    /// example.org MX: an answer with its signature, and the NSEC record's in the authority section.
    static let message: [UInt8] =
        [0x12, 0x34, 0x81, 0x80, 0, 1, 0, 2, 0, 1, 0, 1] + name("Example", "org") + [0, 15, 0, 1]
        + record([0xC0, 12], 15, [0, 10, 0xC0, 12])
        + record([0xC0, 12], 46, signature(15, expiration: 0x6A01_0203, inception: 0x6900_0102))
        + record(Array(name("a", "b").dropLast()) + [0xC0, 12], 46, signature(47, expiration: 7, inception: 6))
        + record([0], 41, [])

    static func name(_ labels: String...) -> [UInt8] {
        labels.flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) } + [0]
    }

    static func record(_ owner: [UInt8], _ type: UInt8, _ data: [UInt8]) -> [UInt8] {
        owner + [0, type, 0, 1, 0, 0, 1, 44, UInt8(data.count >> 8), UInt8(data.count & 255)] + data
    }

    static func signature(_ type: UInt8, expiration: UInt32, inception: UInt32) -> [UInt8] {
        func bytes(_ number: UInt32) -> [UInt8] { [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) } }
        return [0, type, 13, 2, 0, 0, 1, 44] + bytes(expiration) + bytes(inception) + [0x12, 0x34]
            + name("example", "org") + [1, 2, 3]
    }

    static let all = [
        SignatureRecord(
            owner: "example.org", type: 15, isAnswer: true, inception: 0x6900_0102, expiration: 0x6A01_0203,
            signer: "example.org"),
        SignatureRecord(
            owner: "a.b.example.org", type: 47, isAnswer: false, inception: 6, expiration: 7, signer: "example.org"),
    ]

    @Test func signaturesAreRead() { #expect(SignatureRecord.all(in: Self.message) == Self.all) }

    /// Cut anywhere: never more than was there, never a crash.
    @Test func cutMessagesGiveWhatIsThere() {
        for length in 0..<Self.message.count {
            let found = SignatureRecord.all(in: Self.message.prefix(length))
            #expect(found == Array(Self.all.prefix(found.count)))
        }
    }

    /// Every byte changed to some others: no crash, no more than there is room for.
    @Test func damagedMessagesAreRead() {
        for index in Self.message.indices {
            for value in [0, 1, 0x3F, 0x40, 0x80, 0xC0, 0xFF] as [UInt8] {
                var message = Self.message
                message[index] = value
                #expect(SignatureRecord.all(in: message).count <= 3)
            }
        }
    }

    @Test(
        arguments: [
            // A pointer to itself, two to each other, one beyond the end, and a reserved kind of label.
            [0xC0, 12], [0xC0, 14, 0xC0, 12], [0xFF, 0xFF], [0x40, 1], [0x80], [63], [1],
        ] as [[UInt8]])
    func namesThatLeadNowhereAreNone(owner: [UInt8]) {
        let data = Self.signature(15, expiration: 1, inception: 0)
        let message = [0, 0, 0x80, 0, 0, 0, 0, 1, 0, 0, 0, 0] + Self.record(owner, 46, data)
        #expect(SignatureRecord.all(in: message).isEmpty)
    }

    @Test func lyingCountsAreBounded() {
        var message = Self.message
        for index in 4..<12 { message[index] = 0xFF }
        #expect(SignatureRecord.all(in: message).count <= 3)
        // Nothing but records of no length: 64 KiB of them.
        let empty = [UInt8](repeating: 0, count: 65535)
        #expect(SignatureRecord.all(in: [0, 0, 0x80, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0] + empty).isEmpty)
    }

    @Test func signaturesThatAreTooShortAreNone() {
        for length in 0..<18 {
            let data = Array(Self.signature(15, expiration: 1, inception: 0).prefix(length))
            let message = [0, 0, 0x80, 0, 0, 0, 0, 1, 0, 0, 0, 0] + Self.record(Self.name("a"), 46, data)
            #expect(SignatureRecord.all(in: message).isEmpty)
        }
    }
}
