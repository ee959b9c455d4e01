import HTTPTypes

/// The header fields of every answer.
enum PageFields {
    /// Nothing is fetched from elsewhere, nothing runs but our own script, nobody frames the page, and no address of a
    /// page is told to another site.
    static let guarding: [(HTTPField.Name, String)] = [
        (
            .contentSecurityPolicy,
            "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; "
                + "form-action 'self'; frame-ancestors 'none'; base-uri 'none'; require-trusted-types-for 'script'; "
                + "trusted-types 'none'"
        ),
        (.xContentTypeOptions, "nosniff"),
        (name("Referrer-Policy"), "no-referrer"),
        (name("X-Frame-Options"), "DENY"),
        (name("Cross-Origin-Opener-Policy"), "same-origin"),
        (name("Cross-Origin-Resource-Policy"), "same-origin"),
        (name("Permissions-Policy"), "camera=(), geolocation=(), microphone=()"),
    ]

    /// Fields that HTTPTypes has no names for.
    static let (secFetchSite, forwardedFor) = (name("Sec-Fetch-Site"), name("X-Forwarded-For"))
    static let (host, rateLimit) = (name("Host"), name("RateLimit"))
    static let accelBuffering = name("X-Accel-Buffering")

    /// The name of a field. Only for names that are written here.
    private static func name(_ text: String) -> HTTPField.Name {
        guard let name = HTTPField.Name(text) else { preconditionFailure("\(text) is no name of a field") }
        return name
    }
}
