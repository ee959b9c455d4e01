extension Templates {
    /// The page of a test that has ended.
    static let results = [
        "result": """
        <article class="result">
        <header class="verdict {{tone}}">
        <h1><span class="mark" aria-hidden="true">{{mark}}</span> {{headline}}</h1>
        {{#reply}}<p>{{replyWords}}</p><blockquote>{{reply}}</blockquote>{{/reply}}{{^reply}}<p>{{replyWords}}\
        </p>{{/reply}}
        {{#since}}<p>{{since}}</p>{{/since}}
        <p><a href="/codes?word={{outcome}}">{{outcome}}</a>{{#code}} ({{code}}){{/code}}: {{meaning}}</p>
        </header>
        <section aria-labelledby="why"><h2 id="why">Why</h2>
        <p>{{cause}}.</p>
        {{#failure}}<p class="failure"><strong>{{step}}</strong> of {{place}}: {{detail}}.</p>
        {{#help}}<dl class="help"><div><dt>Rule</dt><dd>{{rule}}</dd></div><div><dt>To mend \
        it</dt><dd>{{remedy}}</dd></div><div><dt>Who can</dt><dd>{{mender}}</dd></div></dl>{{/help}}
        {{/failure}}
        {{#hasNotes}}<ul class="notes">{{#notes}}<li>{{.}}</li>{{/notes}}</ul>{{/hasNotes}}
        </section>
        {{#hasPublish}}<section aria-labelledby="publish"><h2 id="publish">Records to publish</h2>
        {{#publish}}<h3>{{host}}</h3><p>{{sentence}} It should be:</p>
        {{#lines}}<div class="copyable"><pre id="{{anchor}}" tabindex="0"><code>{{text}}</code></pre><button \
        type="button" class="copy" data-copy="{{anchor}}" hidden>Copy<span class="vh"> the record \
        {{label}}</span></button></div><p class="small">{{what}}</p>
        {{/lines}}{{/publish}}</section>{{/hasPublish}}
        {{#hasTodo}}<section aria-labelledby="todo"><h2 id="todo">{{todoTitle}}</h2><ol>
        {{#todo}}<li>{{text}}{{#commands}}<pre tabindex="0"><code>{{.}}</code></pre>{{/commands}}</li>
        {{/todo}}</ol></section>{{/hasTodo}}
        {{#acts}}<section aria-labelledby="acts"><h2 id="acts">Here</h2>
        {{#refused}}<p>{{refused}} <a href="/trace?domain={{query}}">Show them in the message \
        trace</a>.</p>{{/refused}}
        {{#now}}<p>{{now}}</p>{{/now}}
        {{#exempt}}<p>{{exempt}}</p>{{/exempt}}
        <div class="buttons">
        <form action="/recheck" method="post"><input type="hidden" name="domain" value="{{domain}}"><button>Have \
        the daemon look again</button></form>
        {{#isNoticeable}}<form action="/notice" method="post"><input type="hidden" name="id" \
        value="{{id}}"><button>Write a notice to the postmaster</button></form>{{/isNoticeable}}
        </div></section>{{/acts}}
        {{#picture}}<section aria-labelledby="chain"><h2 id="chain">The chain of trust</h2>
        <div class="chain">
        <svg viewBox="0 0 336 {{height}}" role="img" aria-labelledby="chain-title chain-about" class="picture">
        <title id="chain-title">The chain of trust from the root to the certificate</title>
        <desc id="chain-about">{{about}}</desc>
        {{#links}}<g class="link {{tone}}{{#isBroken}} broken{{/isBroken}}"{{#isBroken}} data-broken="{{step}}" \
        data-subject="{{subject}}"{{/isBroken}}><polyline points="{{points}}"/><circle cx="{{markX}}" \
        cy="{{markY}}" r="9"/><text class="mark" x="{{markX}}" y="{{markY}}">{{mark}}</text><text x="{{labelX}}" \
        y="{{labelY}}">{{label}}</text></g>
        {{/links}}{{#boxes}}<g class="box {{tone}}"><rect x="24" y="{{y}}" width="288" height="40" rx="6"/><text \
        class="name" x="168" y="{{nameY}}">{{name}}</text><text class="more" x="168" \
        y="{{moreY}}">{{more}}</text></g>
        {{/boxes}}</svg>
        <ol class="links">
        {{#items}}<li class="{{tone}}{{#isBroken}} broken{{/isBroken}}"><span class="mark" \
        aria-hidden="true">{{mark}}</span> <b>{{word}}</b>: {{words}}</li>
        {{/items}}{{#left}}<li>{{left}}</li>{{/left}}</ol></div></section>{{/picture}}
        <section aria-labelledby="steps"><h2 id="steps">Steps</h2>
        <ol class="steps">
        {{#rows}}<li class="{{tone}}"><div class="step"><span class="mark" aria-hidden="true">{{mark}}</span> \
        <b>{{name}}</b> <span class="subject">{{subject}}</span> <i>{{word}}</i> <span \
        class="ms">{{ms}}</span></div><p>{{detail}}</p>
        {{#help}}<dl class="help"><div><dt>Rule</dt><dd>{{rule}}</dd></div><div><dt>To mend \
        it</dt><dd>{{remedy}}</dd></div><div><dt>Who can</dt><dd>{{mender}}</dd></div></dl>{{/help}}</li>
        {{/rows}}</ol></section>
        <section aria-labelledby="hosts"><h2 id="hosts">Hosts</h2>
        {{^hosts}}<p>No host was looked at.</p>{{/hosts}}
        {{#hosts}}<details id="{{anchor}}" class="host {{tone}}"><summary><span class="mark" \
        aria-hidden="true">{{mark}}</span> <b>{{name}}</b>, preference {{preference}}: {{outcome}}</summary>
        <p>{{why}}</p>
        {{#hasRecords}}<h3>TLSA records at {{base}}</h3><ul class="tlsa">
        {{#records}}<li class="{{tone}}"><code>{{text}}</code><br><span class="mark" \
        aria-hidden="true">{{mark}}</span> {{says}}</li>
        {{/records}}</ul>{{/hasRecords}}
        {{#addresses}}<h3>{{address}}</h3>
        {{#connections}}<p class="{{tone}}"><span class="mark" aria-hidden="true">{{mark}}</span> \
        <b>{{purpose}}</b>: {{result}}, {{why}}{{#tls}} ({{tls}}){{/tls}}</p>
        {{#hasCertificates}}<ol class="certificates" start="0">{{#certificates}}<li><b>{{subject}}</b><br>issued \
        by {{issuer}}<br>{{dates}}, {{key}}{{#names}}<br>for \
        {{names}}{{/names}}<br><code>{{record}}</code></li>{{/certificates}}</ol>{{/hasCertificates}}
        {{/connections}}{{/addresses}}</details>
        {{/hosts}}</section>
        <footer class="about">
        <p>Tested {{when}}, in {{took}}: mail from {{from}} to {{domain}}, through {{through}}. {{asked}} \
        Kept until {{keptUntil}}.</p>
        <p><a href="/inspection/{{id}}">Link to this test</a> · <a href="/inspection/{{id}}.txt">Text for a \
        mail</a> · <a href="/inspection/{{id}}.json">JSON</a></p>
        <form action="/test" method="post" class="again"><input type="hidden" name="domain" \
        value="{{domain}}"><button>Test again</button></form>
        </footer>
        </article>
        """
    ]
}
