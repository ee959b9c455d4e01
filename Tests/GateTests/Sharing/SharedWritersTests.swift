import Testing

@testable import Sharing

@Suite struct SharedWritersTests {
    @Test func whoIsWrongMustBeRightOften() throws {
        let writers = SharedWriters()
        let number = try #require(writers.number(of: "a", writing: 1000))
        #expect(writers.number(of: "a", writing: 5) == number && writers.name(of: number) == "a")
        #expect(writers.isBelieved(number))
        writers.noteWrong(number, at: 2000)
        #expect(writers.number(of: "a", writing: 2000) == nil)
        #expect(writers.number(of: "a", writing: 2001) == number)
        for _ in 0..<SharedWriters.probation {
            #expect(!writers.isBelieved(number))
            writers.noteRight(number)
        }
        #expect(writers.isBelieved(number))
        #expect(writers.number(of: "a", writing: 2000) == nil)
    }

    @Test func thereAreOnlySoMany() {
        let writers = SharedWriters()
        for number in 0..<SharedWriters.limit { #expect(writers.number(of: "\(number)", writing: 0) != nil) }
        #expect(writers.number(of: "one more", writing: 0) == nil)
        #expect(writers.number(of: "7", writing: 0) == 8)
        #expect(!writers.isBelieved(0) && !writers.isBelieved(.max))
    }
}
