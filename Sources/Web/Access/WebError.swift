/// Why the page cannot be served.
package struct WebError: Error {
    /// The reason, as a sentence.
    package let sentence: String
    /// Whether the settings are at fault.
    package var isSetting = false
}
