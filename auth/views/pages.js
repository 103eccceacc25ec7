// What the pages do better with a script: passkeys, and lists that stay up to date. Without it they work by forms and codes.

for (const box of document.querySelectorAll('[data-passkey]')) {
  if (!window.PublicKeyCredential?.parseRequestOptionsFromJSON) continue
  box.hidden = false
  box.querySelector('button').addEventListener('click', () => usePasskey(box))
}

async function usePasskey(box) {
  const problem = box.querySelector('[role=alert]')
  problem.hidden = true
  try {
    const options = await send(box.dataset.options, {})
    const makes = box.dataset.passkey === 'make'
    const credential = makes
      ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) })
      : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) })
    const name = makes ? { name: box.querySelector('input').value } : {}
    await send(box.dataset.send, { ...credential.toJSON(), ...name })
    location.assign(box.dataset.then)
  } catch (error) {
    problem.textContent = error.name === 'NotAllowedError' ? 'That was not completed. Try again.' : error.message
    problem.hidden = false
  }
}

async function send(path, body) {
  const answer = await fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  const content = await answer.json()
  if (!answer.ok) throw new Error(content.message)
  return content
}

if (document.querySelector('#live')?.dataset.live) follow(new EventSource(document.querySelector('#live').dataset.live))

/** Looks again until the page shows the version that the server told of last; what was read in between may be neither. */
function follow(changes) {
  let version
  let looking = false
  changes.addEventListener('changed', async ({ data }) => {
    version = data
    if (looking) return
    looking = true
    while (isBehind(version) && !(await lookAgain())) await new Promise((resolve) => setTimeout(resolve, 1_000))
    looking = false
    if (!document.querySelector('#live').dataset.live) changes.close()
  })
  addEventListener('pagehide', () => changes.close())
}

function isBehind(version) {
  const live = document.querySelector('#live')
  return live.dataset.live && live.dataset.version !== version && !hasUnsentText(live)
}

/** Brings what is new into the page; whether there was something. */
async function lookAgain() {
  const answer = await fetch(location.href).catch(() => undefined)
  if (!answer) return false
  const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html').querySelector('#live')
  if (!answer.ok || answer.redirected || !fresh) {
    location.reload()
    return false
  }
  const live = document.querySelector('#live')
  if (fresh.dataset.version === live.dataset.version) return false
  live.replaceWith(fresh)
  return true
}

/** A person who is writing a comment must not lose it. */
function hasUnsentText(part) {
  return [...part.querySelectorAll('textarea')].some((field) => field.value !== '')
}
