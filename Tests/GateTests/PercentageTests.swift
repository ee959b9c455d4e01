import Testing

@testable import Support

/// Shares as a person reads them, in reports and surveys alike.
@Suite struct PercentageTests {
    @Test(arguments: [
        (0, 0, "-"), (5, 0, "-"), (0, 10, "0 %"), (10, 10, "100 %"), (1, 2, "50 %"), (1, 3, "33.3 %"), (1, 100, "1 %"),
        (57, 1000, "5.7 %"), (12, 1000, "1.2 %"), (1, 1000, "0.1 %"), (999, 1000, "99.9 %"),
        (2_345, 1_000_000, "0.23 %"),
        (23, 10_000_000, "0.00023 %"), (9_999_999, 10_000_000, "99.99999 %"), (1, 10_000_000, "0.00001 %"),
        (20, 100, "20 %"),
    ]) func aShareHasEnoughDigits(part: Int, whole: Int, text: String) {
        #expect(Percentage.text(part, of: whole) == text)
    }
}
