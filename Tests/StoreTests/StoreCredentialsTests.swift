import Testing
import WorldServers

@testable import Store

@Suite("The file with user and password")
struct StoreCredentialsTests {
    @Test(arguments: [
        ("password=x", "default", "x"),
        ("user=danegate\npassword=a b = c \n", "danegate", "a b = c "),
        ("# of redis1\r\n\r\npassword=x\r\nuser=danegate\r\n", "danegate", "x"),
    ])
    func isRead(_ text: String, user: String, password: String) throws {
        #expect(try StoreCredentials(text) == StoreCredentials(user: user, password: password))
    }

    @Test(arguments: [
        ("", "no line begins with password="),
        ("user=danegate\n", "no line begins with password="),
        ("geheim\n", "line 1 begins with neither user= nor password="),
        ("user=a\npasswort=geheim", "line 2 begins with neither user= nor password="),
        ("password=", "line 1 has nothing behind its ="),
        ("password=geheim\npassword=geheim", "line 2 says password= again"),
        ("password=geheim\u{7}", "line 1 has control characters"),
        ("user=a b\npassword=geheim", "the user has a blank in its name"),
    ])
    func isRefused(_ text: String, for reason: String) throws {
        let error = try #require(throws: StoreCredentialsError.self) { try StoreCredentials(text) }
        #expect(error.description == reason)
    }

    @Test func comesFromAFile() throws {
        let scratch = try ScratchDirectory("store")
        let path = try scratch.write("user=danegate\npassword=x\n", to: "redis")
        #expect(try StoreCredentials(file: path).user == "danegate")
        for wrong in [scratch.path, scratch.file("missing")] {
            #expect(throws: StoreCredentialsError.self) { try StoreCredentials(file: wrong) }
        }
        try scratch.write(String(repeating: "x", count: 5000), to: "redis")
        #expect(throws: StoreCredentialsError("it has more than 4096 bytes")) { try StoreCredentials(file: path) }
    }

    @Test func saysNothingOfThePassword() {
        let credentials = StoreCredentials(user: "danegate", password: "geheim")
        var dumped = ""
        dump(credentials, to: &dumped)
        for text in ["\(credentials)", String(reflecting: credentials), "\([credentials])", dumped] {
            #expect(text.contains("danegate") && !text.contains("geheim"), "\(text)")
        }
    }
}
