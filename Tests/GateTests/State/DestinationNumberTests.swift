import DANE
import Testing

@testable import Inspection

/// Destinations as they stand in the state file. The numbers are those of files that exist, and must never change.
@Suite struct DestinationNumberTests {
    @Test(arguments: [
        (Destination(.domain("a.example"), port: 25), Int64(0), Int64(1), Int64(100)),
        (Destination(.domain("a.example"), port: 25), 1, 1, 101),
        (Destination(.host("a.example"), port: 25), 0, 1, 102),
        (Destination(.host("a.example"), port: 25), 1, 1, 103),
        (Destination(.domain("a.example"), port: 25), 0, 2, 200),
        (Destination(.domain("a.example"), port: 25), 2, 2, 202),
        (Destination(.host("a.example"), port: 25), 1, 2, 205),
        (Destination(.host("a.example"), port: 65535), 2, 2, 524_286),
        (Destination(.domain("a.example"), port: 0), 0, 2, 0),
    ])
    func aNumberHoldsPortAndForm(destination: Destination, other: Int64, bits: Int64, number: Int64) throws {
        #expect(destination.number(with: other, bits: bits) == number)
        let parts = try #require(Destination.parts(of: number, name: destination.name, bits: bits))
        #expect(parts.destination == destination && parts.other == other)
    }

    @Test(arguments: [-1, 65536 << 2, Int64.max, Int64.min]) func aNumberWithoutAPortIsNone(number: Int64) {
        #expect(Destination.parts(of: number, name: "a.example", bits: 1) == nil)
    }
}
