import type { ClientMessage } from '../../src-main/desktop/sessions/client-message.ts'
import type { StickyKeys } from './sticky-keys.ts'

/** While keys are down the host hears which, ms: one whose key-up was lost does not stay down. */
const heldEveryMs = 250
/** Characters in a message. */
const maxText = 1000

const modifiers = ['Control', 'Alt', 'Shift', 'Meta'] as const

/** A browser says what is pasted in an event of its own, which follows the key; without one the key is sent after this time, ms. */
const pasteMs = 200

/** The field contains it, so that a phone's keyboard has something to delete. */
export const sentinel = '\u200b'

export interface KeyboardOptions {
  readonly field: HTMLTextAreaElement
  readonly send: (message: ClientMessage) => void
  /** Ctrl+Alt+Home, which a person without a mouse leaves the display by. */
  readonly onLeave: () => void
  /** What the browser pastes, before the key that pastes on the display is sent. False: the key is not sent. */
  readonly onPaste: (data: DataTransfer) => boolean
  readonly sticky: StickyKeys
  /** Command is Ctrl: what people with a Mac press. */
  readonly commandIsControl: () => boolean
}

/** What a key writes is no name of a key: a layout may write several characters by one, as that of Arabic does. */
const writes = (key: string): boolean => [...key].length === 1 || !/^[A-Za-z][A-Za-z0-9]*$/.test(key)

/** A letter of another script in a chord: programs know chords by Latin letters, which is what the key has beside it. */
function chordKey({ code, key, ctrlKey, metaKey, shiftKey }: KeyboardEvent): string {
  const [, letter] = /^Key([A-Z])$/.exec(code) ?? []
  if (letter === undefined || !(ctrlKey || metaKey) || !/^[\p{L}\p{M}]+$/u.test(key) || /^\p{Script=Latin}/u.test(key)) return key
  return shiftKey ? letter : letter.toLowerCase()
}

/** Keys by which a browser pastes. */
function pastes(event: KeyboardEvent): boolean {
  const { ctrlKey, metaKey, altKey, shiftKey } = event
  const name = chordKey(event).toLowerCase()
  return !altKey && ((name === 'v' && ctrlKey !== metaKey) || (name === 'insert' && shiftKey && !ctrlKey && !metaKey))
}

/** The browser runs on a system of Apple, whose keyboards have a key Command where others have Super or Windows. */
export const hasCommandKey = (): boolean => /^(Mac|iP)/.test(navigator.platform)

/**
 * Sends what is typed into a field to a display: keys as keys, what an input method or a phone's keyboard writes as text. Returns the way to
 * stop.
 */
export function bindKeyboard({ field, send, onLeave, onPaste, sticky, commandIsControl }: KeyboardOptions): () => void {
  const held = new Set<string>()
  const stop = new AbortController()
  const on = <K extends keyof HTMLElementEventMap>(name: K, listener: (event: HTMLElementEventMap[K]) => void): void =>
    field.addEventListener(name, listener, { signal: stop.signal })

  const keyOf = (event: KeyboardEvent): { readonly code: string; readonly key: string } =>
    event.key === 'Meta' && commandIsControl()
      ? { code: event.code.replace('Meta', 'Control'), key: 'Control' }
      : { code: event.code, key: chordKey(event) }
  /** A key that pastes: it waits for what the browser pastes. */
  let pasting: { readonly code: string; readonly key: string; readonly timer: ReturnType<typeof setTimeout> } | undefined
  const release = (): void => {
    clearTimeout(pasting?.timer)
    pasting = undefined
    if (held.size === 0) return
    held.clear()
    send({ kind: 'held', codes: [] })
  }
  const beat = setInterval(() => {
    if (held.size > 0) send({ kind: 'held', codes: [...held] })
  }, heldEveryMs)

  const sendPasting = (): void => {
    if (pasting === undefined) return
    const { code, key, timer } = pasting
    clearTimeout(timer)
    pasting = undefined
    send({ kind: 'key', code, key, down: true })
  }

  on('paste', (event) => {
    event.preventDefault()
    if (event.clipboardData && !onPaste(event.clipboardData)) {
      clearTimeout(pasting?.timer)
      pasting = undefined
    }
    sendPasting()
  })
  on('keydown', (event) => {
    sendPasting()
    if (event.isComposing || event.key === 'Process' || event.key === 'Unidentified' || event.key === 'Dead') return
    event.stopPropagation()
    if (pastes(event) && event.code !== '') {
      held.add(event.code)
      pasting = { ...keyOf(event), timer: setTimeout(sendPasting, pasteMs) }
      return
    }
    event.preventDefault()
    if (event.ctrlKey && event.altKey && event.key === 'Home') {
      release()
      onLeave()
      return
    }
    // The layout of this keyboard made a character of it: the display's may have it elsewhere.
    if (event.getModifierState('AltGraph')) {
      if (writes(event.key)) {
        if (modifiers.some((key) => held.has(`${key}Left`))) release()
        send({ kind: 'text', text: event.key })
      }
      return
    }
    if (event.code === '') return
    const { code, key } = keyOf(event)
    // No key of the display writes several characters.
    if ([...key].length > 1 && writes(key)) {
      sendText(key, send)
      return
    }
    held.add(code)
    send({ kind: 'key', code, key, down: true })
  })
  on('keyup', (event) => {
    sendPasting()
    const { code, key } = keyOf(event)
    if (!held.delete(code)) return
    event.preventDefault()
    send({ kind: 'key', code, key: key === '' ? code : key, down: false })
    // On a Mac a key that goes up while Command is down is not reported.
    if (event.key === 'Meta') release()
  })
  /** Takes what an input method has written, when it is done. */
  const take = (): void => {
    const { value } = field
    if (value === sentinel) return
    field.value = sentinel
    const text = value.replace(sentinel, '')
    if (value === '') sticky.press('Backspace', 'Backspace')
    else if (sticky.any && text.length === 1) sticky.press(text, text)
    else sendText(text, send)
  }
  field.value = sentinel
  on('input', (event) => {
    if (!(event as InputEvent).isComposing) take()
  })
  on('compositionend', take)
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
