import type { ClientMessage } from '../../src-main/desktop/sessions/client-message.ts'

/** While keys are down the host hears which, ms: one whose key-up was lost does not stay down. */
const heldEveryMs = 250
/** Characters in a message. */
const maxText = 1000

const modifiers = ['Control', 'Alt', 'Shift', 'Meta'] as const

/**
 * Sends what is typed into a field to a display: keys as keys, what an input method or a phone's keyboard writes as text. Returns the way to
 * stop. `onLeave` is called for Ctrl+Alt+Home, which a person without a mouse leaves the display by.
 */
export function bindKeyboard(field: HTMLTextAreaElement, send: (message: ClientMessage) => void, onLeave: () => void): () => void {
  const held = new Set<string>()
  const stop = new AbortController()
  const on = <K extends keyof HTMLElementEventMap>(name: K, listener: (event: HTMLElementEventMap[K]) => void): void =>
    field.addEventListener(name, listener, { signal: stop.signal })

  const release = (): void => {
    if (held.size === 0) return
    held.clear()
    send({ kind: 'held', codes: [] })
  }
  const beat = setInterval(() => {
    if (held.size > 0) send({ kind: 'held', codes: [...held] })
  }, heldEveryMs)

  on('keydown', (event) => {
    if (event.isComposing || event.key === 'Process' || event.key === 'Unidentified' || event.key === 'Dead') return
    event.preventDefault()
    event.stopPropagation()
    if (event.ctrlKey && event.altKey && event.key === 'Home') {
      release()
      onLeave()
      return
    }
    // The layout of this keyboard made a character of it: the display's may have it elsewhere.
    if (event.getModifierState('AltGraph')) {
      if (event.key.length === 1) {
        if (modifiers.some((key) => held.has(`${key}Left`))) release()
        send({ kind: 'text', text: event.key })
      }
      return
    }
    if (event.code === '') return
    held.add(event.code)
    send({ kind: 'key', code: event.code, key: event.key, down: true })
  })
  on('keyup', (event) => {
    if (!held.delete(event.code)) return
    event.preventDefault()
    send({ kind: 'key', code: event.code, key: event.key === '' ? event.code : event.key, down: false })
    // On a Mac a key that goes up while Command is down is not reported.
    if (event.key === 'Meta') release()
  })
  on('input', () => {
    const text = field.value
    if (text === '') return
    field.value = ''
    sendText(text, send)
  })
  on('blur', release)
  return () => {
    stop.abort()
    clearInterval(beat)
    release()
  }
}

/** Types a text on the display. */
export function sendText(text: string, send: (message: ClientMessage) => void): void {
  const characters = [...text]
  for (let at = 0; at < characters.length; at += maxText / 2) send({ kind: 'text', text: characters.slice(at, at + maxText / 2).join('') })
}
