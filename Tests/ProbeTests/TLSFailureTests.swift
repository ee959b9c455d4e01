import Testing

@testable import Probe

@Suite struct TLSFailureTests {
    @Test(arguments: [
        (TLSFailure(.alert, "x", alert: 40), "alert:40"), (TLSFailure(.library, "x", code: -12), "library:-12"),
        (TLSFailure(.closed, "x"), "closed"), (TLSFailure(.noCertificate, "x"), "no-certificate"),
        (TLSFailure(.unknown, "x"), "unknown"),
    ])
    func marksAreReadBack(failure: TLSFailure, mark: String) {
        #expect(failure.mark == mark)
        #expect(TLSFailure(mark: mark, "x") == failure)
    }

    @Test func everyKindHasAMarkOfItsOwn() {
        for kind in TLSFailure.Kind.allCases {
            #expect(TLSFailure(mark: TLSFailure(kind, "x").mark, "x") == TLSFailure(kind, "x"))
        }
    }

    /// The state file may be of an earlier version, of a later one, or damaged.
    @Test(arguments: [
        (String?.none, TLSFailure.Kind.unknown), ("", .unknown), ("later", .unknown), ("alert:", .alert),
        ("alert:900", .alert), ("library:x", .library), ("closed:7", .closed), (":40", .unknown),
    ])
    func otherMarksSayLess(mark: String?, kind: TLSFailure.Kind) {
        let failure = TLSFailure(mark: mark, "why")
        #expect(failure.kind == kind && failure.alert == nil && failure.code == nil && failure.description == "why")
    }

    @Test func gnuTLSNamesWhatItKnows() {
        #expect(TLSFailure(code: -12).description == "A TLS fatal alert has been received (GnuTLS -12)")
        #expect(TLSFailure(code: -12).code == -12 && TLSFailure(code: -12).kind == .library)
        #expect(TLSFailure.memory.description == "memory is short")
    }
}
