import Support
import Testing

@Suite struct UnixTimeTests {
    @Test(
        arguments: [
            (0, "1970-01-01 00:00:00 UTC"), (1_582_934_400, "2020-02-29 00:00:00 UTC"), (-1, "1969-12-31 23:59:59 UTC"),
            (4_102_444_800, "2100-01-01 00:00:00 UTC"), (253_402_300_799, "9999-12-31 23:59:59 UTC"),
            (4_107_542_399, "2100-02-28 23:59:59 UTC"), (4_107_542_400, "2100-03-01 00:00:00 UTC"),
        ] as [(Int64, String)])
    func datesInWords(_ seconds: Int64, _ text: String) {
        #expect(UnixTime.text(seconds) == text)
        #expect(UnixTime.minute(seconds) == text.dropLast(7) + " UTC")
    }
}
