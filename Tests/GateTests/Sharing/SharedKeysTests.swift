import DANE
import Testing

@testable import Inspection
@testable import Sharing

@Suite struct SharedKeysTests {
    @Test(arguments: [
        (Destination(.domain("example.org"), port: 25), "example.org"),
        (Destination(.domain("example.org"), port: 2525), "example.org:2525"),
        (Destination(.host("mx.example.org"), port: 25), "[mx.example.org]"),
        (Destination(.host("mx.example.org"), port: 2525), "[mx.example.org]:2525"),
    ])
    func aDestinationHasOneName(destination: Destination, text: String) {
        let keys = SharedKeys(destination, realm: "default")
        #expect(keys.verdict == "danegate:1:default:v:\(text)")
        #expect(keys.fault == "danegate:1:default:f:\(text)" && keys.doubt == "danegate:1:default:d:\(text)")
        #expect(keys.lock == "danegate:1:default:l:\(text)")
        #expect(SharedKeys.destination(ofVerdict: Array(keys.verdict.utf8), realm: "default") == destination)
        #expect(SharedKeys.destination(ofVerdict: Array(keys.verdict.utf8), realm: "other") == nil)
        #expect(SharedKeys.destination(ofVerdict: Array(keys.fault.utf8), realm: "default") == nil)
    }

    @Test(arguments: [
        "", ":", ":25", "example.org:25", "example.org:0", "example.org:65536", "example.org:02525", "EXAMPLE.org",
        "example.org.", "[example.org", "[]", "a b", "example.org\r\n", "\u{FC}.example", "a..b",
    ])
    func anythingElseIsNone(text: String) {
        #expect(SharedKeys.destination(ofVerdict: Array("danegate:1:default:v:\(text)".utf8), realm: "default") == nil)
    }
}
