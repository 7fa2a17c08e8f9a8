import { mix, readable } from '../studio/templates/theme.ts'
import { type DrawnKind, element, whenStill } from './drawing.ts'

interface ChatMessage {
  readonly id: string
  readonly name: string
  readonly text: string
  readonly color: string
  readonly badge: string
  readonly atMs: number
}

const nameColors = ['#ff7a9a', '#ffb454', '#f4e04d', '#7ee787', '#4dd7e0', '#7ab8ff', '#b79bff', '#ff8be0']

/** Everybody has the same colour every time. */
function colorFor(name: string): string {
  let sum = 0
  for (const char of name) sum = (sum * 31 + (char.codePointAt(0) ?? 0)) >>> 0
  return nameColors[sum % nameColors.length] as string
}

/** Messages come from below and fade when their time is over. */
export const chat: DrawnKind = {
  draw(root) {
    const list = element('ch-list')
    root.append(list)
    const rows = new Map<string, { readonly row: HTMLElement; fade: ReturnType<typeof setTimeout> | undefined }>()

    const leave = async (id: string, motion: 'fade' | 'gone'): Promise<void> => {
      const known = rows.get(id)
      if (known === undefined) return
      rows.delete(id)
      clearTimeout(known.fade)
      if (motion === 'fade') {
        known.row.dataset.state = 'out'
        await whenStill(known.row)
      }
      known.row.remove()
    }
    const rowOf = ({ name, text, color, badge }: ChatMessage, behind: string, isBare: boolean): HTMLElement => {
      const who = document.createElement('b')
      who.className = 'ch-name'
      who.textContent = name
      const wanted = color === '' ? colorFor(name) : color
      who.style.setProperty('--name', isBare ? mix(wanted, '#ffffff', 0.15) : readable(wanted, behind))
      const words = document.createElement('span')
      words.className = 'ch-text'
      words.textContent = text
      const line = element('ch-line')
      if (badge !== '') {
        const mark = document.createElement('span')
        mark.className = 'ch-badge'
        mark.textContent = badge
        line.append(mark)
      }
      line.append(who, words)
      return element('ch-row', line)
    }
    return {
      show({ settings, state, now }) {
        const fadeAfterMs = Number(settings.fadeAfterMs ?? 0)
        const all = (state.messages as readonly ChatMessage[]).slice(-Number(settings.maxMessages ?? 12))
        const wanted = all.filter(({ atMs }) => fadeAfterMs === 0 || now - atMs < fadeAfterMs)
        const ids = new Set(wanted.map(({ id }) => id))
        const isCleared = wanted.length === 0
        for (const id of [...rows.keys()]) if (!ids.has(id)) void leave(id, isCleared ? 'fade' : 'gone')
        for (const message of wanted) {
          let known = rows.get(message.id)
          if (known === undefined) {
            known = { row: rowOf(message, String(settings.background), root.dataset.bare === 'true'), fade: undefined }
            rows.set(message.id, known)
            known.row.dataset.state = 'in'
            list.append(known.row)
          }
          clearTimeout(known.fade)
          known.fade = fadeAfterMs === 0 ? undefined : setTimeout(() => void leave(message.id, 'fade'), fadeAfterMs - (now - message.atMs))
        }
      },
      end() {
        for (const { fade } of rows.values()) clearTimeout(fade)
      },
    }
  },
}
