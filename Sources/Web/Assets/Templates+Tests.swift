extension Templates {
    /// The form for a test, and the page of a test that is under way.
    static let tests = [
        "home": """
        <h1>Test a domain</h1>
        <p>Would mail from here be delivered to this domain today? This looks up and connects as a sender does \
        that keeps to DANE (RFC 7672), and says what it finds.</p>
        <form action="/test" method="post" class="ask" data-live>
        <label for="domain">A domain or a mail address</label>
        <input id="domain" name="domain" value="{{asked}}" maxlength="320" inputmode="email" autocomplete="off" \
        autocapitalize="off" spellcheck="false" required{{#fault}} aria-invalid="true" \
        aria-describedby="fault"{{/fault}}>
        <button>Test</button>
        </form>
        {{#fault}}<p class="fault" role="alert" id="fault">{{fault}}</p>{{/fault}}
        <p class="small">{{limits}}</p>
        <div id="live" aria-live="polite" hidden></div>
        {{#isVisitor}}<p class="small"><a href="/trace">Message trace</a> and <a href="/overview">overview</a> \
        are for administrators.</p>{{/isVisitor}}
        """,
        "running": """
        <h1>Testing {{domain}}</h1>
        <p class="waiting" role="status">The steps come as they end. The result follows them by itself, within \
        two minutes. Who closes this page ends the test.</p>
        <ol class="steps live" aria-label="Steps">

        """,
        "event": """
        <li class="{{result}}"><div class="step"><b>{{name}}</b> <span class="subject">{{subject}}</span> \
        <i>{{word}}</i> <span class="ms">{{ms}}</span></div><p>{{detail}}</p></li>

        """,
        "ended": """
        </ol>
        <p class="waiting"><a href="{{path}}">The result</a></p>
        <meta http-equiv="refresh" content="0;url={{path}}">
        """,
        "lost": """
        </ol>
        <p class="waiting" role="alert">The test has ended without a result. <a href="/">Test again</a></p>
        """,
    ]
}
