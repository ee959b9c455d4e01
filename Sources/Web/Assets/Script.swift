/// The page's script. All works without it: it shows the steps of a test below the form, and copies records. It puts
/// texts into the page as texts alone, and the browser is told to refuse anything else (`require-trusted-types-for`).
enum Script {
    static let text = """
        'use strict';
        (function () {
          function element(name, className, text) {
            var made = document.createElement(name);
            if (className) { made.className = className; }
            if (text) { made.textContent = text; }
            return made;
          }
          function step(data) {
            var event = data.event, item = element('li', event.result), line = element('div', 'step');
            [['b', '', data.name], ['span', 'subject', event.subject], ['i', '', event.word],
             ['span', 'ms', event.ms && event.ms + ' ms']].forEach(function (part) {
              line.append(element(part[0], part[1], part[2]), ' ');
            });
            item.append(line, element('p', '', event.detail));
            return item;
          }
          function watch(path, live, button) {
            var list = element('ol', 'steps live');
            list.setAttribute('aria-label', 'Steps');
            live.replaceChildren(element('p', 'waiting', 'The steps come as they end. The result follows.'), list);
            live.hidden = false;
            var source = new EventSource(path + '/events');
            // All events come again on a new connection.
            source.addEventListener('open', function () { list.replaceChildren(); });
            source.addEventListener('step', function (event) { list.append(step(JSON.parse(event.data))); });
            function stop(words) {
              source.close();
              button.disabled = false;
              live.append(element('p', 'fault', words));
            }
            source.addEventListener('end', function (event) { source.close(); location.assign(event.data); });
            source.addEventListener('lost', function () { stop('The test has ended without a result. Test again.'); });
            source.addEventListener('error', function () {
              if (source.readyState === EventSource.CLOSED) { stop('The connection is lost. Test again.'); }
            });
          }
          document.querySelectorAll('form[data-live]').forEach(function (form) {
            form.addEventListener('submit', function (submit) {
              var live = document.getElementById('live'), button = form.querySelector('button');
              if (!live || !window.EventSource || !window.fetch) { return; }
              submit.preventDefault();
              button.disabled = true;
              fetch(form.action, {
                method: 'POST', headers: {Accept: 'application/json'}, body: new URLSearchParams(new FormData(form))
              }).then(function (answer) {
                if (answer.status === 202) {
                  return answer.json().then(function (found) { watch(found.path, live, button); });
                }
                // The page says why, and what else there is.
                form.submit();
              }).catch(function () { form.submit(); });
            });
          });
          addEventListener('pageshow', function () {
            document.querySelectorAll('form[data-live] button').forEach(function (button) { button.disabled = false; });
          });
          document.querySelectorAll('button.copy').forEach(function (button) {
            button.hidden = false;
            function copied() {
              button.firstChild.textContent = 'Copied';
              setTimeout(function () { button.firstChild.textContent = 'Copy'; }, 2000);
            }
            button.addEventListener('click', function () {
              var place = document.getElementById(button.dataset.copy);
              // Browsers give the clipboard to pages of this machine and of https alone.
              if (navigator.clipboard) { return navigator.clipboard.writeText(place.textContent).then(copied); }
              getSelection().selectAllChildren(place);
              if (document.execCommand('copy')) { copied(); }
            });
          });
        })();

        """
}
