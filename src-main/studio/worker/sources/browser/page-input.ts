import { AppError } from '../../../../platform/errors.ts'
import type { CdpConnection } from './cdp-connection.ts'
import type { PageInput } from './messages.ts'

/** Keys that have no letter, and what Windows numbers them: browsers do. */
const namedKeys: Readonly<Record<string, number>> = {
  Enter: 13,
  Tab: 9,
  Escape: 27,
  Backspace: 8,
  Delete: 46,
  Space: 32,
  ArrowLeft: 37,
  ArrowUp: 38,
  ArrowRight: 39,
  ArrowDown: 40,
  PageUp: 33,
  PageDown: 34,
  End: 35,
  Home: 36,
  F5: 116,
}
const modifierBits: Readonly<Record<string, number>> = { Alt: 1, Control: 2, Ctrl: 2, Meta: 4, Shift: 8 }
const maxText = 4096

/** Reads what a command asks for. @throws AppError `request.invalid` that names the field */
export function readInput(name: string, details: Readonly<Record<string, unknown>>): PageInput {
  const reject = (problem: string): never => {
    throw new AppError('request.invalid', problem)
  }
  const number = (field: string, fallback?: number): number => {
    const value = details[field] ?? fallback
    return typeof value === 'number' && Number.isFinite(value) && Math.abs(value) <= 1e5 ? value : reject(`${field} is a number of pixels`)
  }
  switch (name) {
    case 'click': {
      const { button = 'left', count = 1 } = details
      if (button !== 'left' && button !== 'middle' && button !== 'right') return reject('button is left, middle or right')
      if (count !== 1 && count !== 2 && count !== 3) return reject('count is 1, 2 or 3')
      return { do: 'click', x: number('x'), y: number('y'), button, count }
    }
    case 'move':
      return { do: 'move', x: number('x'), y: number('y') }
    case 'scroll':
      return { do: 'scroll', x: number('x', 0), y: number('y', 0), deltaX: number('deltaX', 0), deltaY: number('deltaY', 0) }
    case 'type': {
      const { text } = details
      if (typeof text !== 'string' || text.length > maxText) return reject(`text is a text of at most ${maxText} characters`)
      return { do: 'type', text }
    }
    case 'press': {
      const { key } = details
      if (typeof key !== 'string' || readKey(key) === undefined) {
        return reject(`key is one character or one of ${Object.keys(namedKeys).join(', ')}, with Control+, Shift+, Alt+ or Meta+ before it`)
      }
      return { do: 'press', key }
    }
    default:
      return { do: 'reload' }
  }
}

interface Key {
  readonly key: string
  readonly code: number
  readonly modifiers: number
  /** What it writes; none with Control, Alt or Meta. */
  readonly text: string | undefined
}

function readKey(chord: string): Key | undefined {
  const match = /^((?:[A-Z][a-z]+\+)*)(.+)$/su.exec(chord)
  if (match === null) return undefined
  const name = match[2] as string
  let modifiers = 0
  for (const part of (match[1] as string).split('+').slice(0, -1)) {
    const bit = modifierBits[part]
    if (bit === undefined) return undefined
    modifiers |= bit
  }
  const code = namedKeys[name]
  if (code === undefined && [...name].length !== 1) return undefined
  const letter = code === undefined ? name : name === 'Space' ? ' ' : name === 'Enter' ? '\r' : undefined
  const isChord = (modifiers & ~(modifierBits.Shift as number)) !== 0
  return {
    key: name === 'Space' ? ' ' : name,
    code: code ?? name.toUpperCase().charCodeAt(0),
    modifiers,
    text: isChord ? undefined : letter,
  }
}

/** Does to a page what a person would. */
export async function giveInput(cdp: CdpConnection, session: string, input: PageInput): Promise<void> {
  const mouse = (type: string, more: object): Promise<unknown> => cdp.send('Input.dispatchMouseEvent', { type, ...more }, session)
  switch (input.do) {
    case 'reload':
      await cdp.send('Page.reload', { ignoreCache: true }, session)
      break
    case 'move':
      await mouse('mouseMoved', { x: input.x, y: input.y })
      break
    case 'click': {
      const { x, y, button, count } = input
      await mouse('mouseMoved', { x, y })
      for (let clickCount = 1; clickCount <= count; clickCount++) {
        await mouse('mousePressed', { x, y, button, clickCount })
        await mouse('mouseReleased', { x, y, button, clickCount })
      }
      break
    }
    case 'scroll':
      await mouse('mouseWheel', { x: input.x, y: input.y, deltaX: input.deltaX, deltaY: input.deltaY })
      break
    case 'type':
      await cdp.send('Input.insertText', { text: input.text }, session)
      break
    case 'press': {
      const key = readKey(input.key)
      if (key === undefined) return
      const event = { key: key.key, windowsVirtualKeyCode: key.code, modifiers: key.modifiers }
      await cdp.send(
        'Input.dispatchKeyEvent',
        { type: key.text === undefined ? 'rawKeyDown' : 'keyDown', text: key.text, ...event },
        session,
      )
      await cdp.send('Input.dispatchKeyEvent', { type: 'keyUp', ...event }, session)
      break
    }
  }
}
