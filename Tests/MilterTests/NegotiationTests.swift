import Testing

@testable import Milter

@Suite("What is asked of the MTA") struct NegotiationTests {
    // SMFIP_: NOCONNECT 1, NOHELO 2, NOBODY 10h, NOHDRS 20h, NOEOH 40h, NOUNKNOWN 100h, NODATA 200h, NR_MAIL 4000h.
    @Test(
        "no more than is offered, and the same for the same offer",
        arguments: [
            (offer: (0x1FF, 0x1F_FFFF), answer: (0x100, 0x4373)),
            (offer: (0x1FF, 0x0F_FFFF), answer: (0x100, 0x4373)),
            (offer: (0xFF, 0x1F_FFFF), answer: (0, 0x4372)),
            (offer: (0x3F, 0x7F), answer: (0, 0x72)),
            (offer: (0x100, 0), answer: (0x100, 0)),
            (offer: (0, 0), answer: (0, 0)),
        ] as [(offer: (UInt, UInt), answer: (UInt, UInt))])
    func masked(offer: (UInt, UInt), answer: (UInt, UInt)) {
        let negotiation = Negotiation(offeredActions: offer.0, offeredSteps: offer.1)
        #expect(negotiation.actions == answer.0)
        #expect(negotiation.steps == answer.1)
    }

    @Test("MAIL and RCPT are always wanted, refused recipients never, and RCPT is always answered")
    func wanted() {
        let steps = Negotiation(offeredActions: .max, offeredSteps: .max).steps
        #expect(steps & (0x4 | 0x8 | 0x800 | 0x8000) == 0)
    }
}
