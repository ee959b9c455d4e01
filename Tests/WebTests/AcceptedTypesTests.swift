import Testing

@testable import Web

/// Which form of a page a client gets.
@Suite struct AcceptedTypesTests {
    @Test(
        arguments: [
            (nil, false, false), ("", false, false), ("*/*", false, false), ("application/json", true, false),
            ("Application/JSON ; Q=0.5", true, false), ("application/json;q=0", false, false),
            ("application/json, text/plain, */*", true, false), ("text/html,*/*;q=0.8", false, true),
            ("text/html;q=0.5, application/json;q=0.9", true, true), ("text/html, application/json", false, true),
            ("application/json;q=nan", false, false), ("application/json;q=2", false, false),
            ("application/jsonx", false, false), ("application/json;v=1;q=0.1", true, false),
        ] as [(String?, Bool, Bool)]) func whatIsNamedCounts(field: String?, wantsJSON: Bool, wantsHTML: Bool)
    {
        let types = AcceptedTypes(field)
        #expect(types.wantsJSON == wantsJSON && types.wantsHTML == wantsHTML)
    }

    @Test func aLongFieldIsNotRead() {
        #expect(!AcceptedTypes("application/json," + String(repeating: "a/b,", count: 2000)).wantsJSON)
        #expect(!AcceptedTypes(String(repeating: "a/b,", count: 70) + "text/html").wantsHTML)
    }
}
