import Gate
import Policy

extension SettingsOptions {
    /// Has the running daemon put what was changed in the file of exemptions into force at once, and tell other hosts.
    /// Without a daemon nothing is to be done: it reads the file when it starts, and tells then.
    func announceExemptions(_ settings: Settings) {
        guard let path = settings.controlSocketPath,
            let line = try? ControlClient.ask(path, "exemptions", within: .seconds(10)),
            let answer = ExemptionsAnswer(json: line)
        else { return }
        if answer.isLacking {
            StandardDescriptors.tell(answer.sentences, isError: false)
        } else {
            for sentence in answer.sentences { StandardDescriptors.putDone(sentence) }
        }
    }
}
