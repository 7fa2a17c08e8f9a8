import { type DrawnKind, element, whenStill } from './drawing.ts'

interface ShownAlert {
  readonly id: string
  readonly title: string
  readonly text: string
  readonly image: string
}

function cardOf({ title, text, image }: ShownAlert): HTMLElement {
  const card = element('al-card', element('al-glow'), element('al-title', title))
  if (text !== '') card.append(element('al-text', text))
  card.append(element('al-line'))
  if (image !== '') {
    const img = document.createElement('img')
    img.className = 'al-image'
    img.alt = ''
    // An image that does not come leaves no hole.
    img.onerror = () => img.remove()
    img.src = image
    card.prepend(img)
  }
  return card
}

/** The host says which alert is shown; the page has it come and go. */
export const alerts: DrawnKind = {
  draw(root) {
    let current: { readonly id: string; readonly card: HTMLElement } | undefined
    const leave = async ({ card }: { readonly card: HTMLElement }): Promise<void> => {
      card.dataset.state = 'out'
      await whenStill(card)
      card.remove()
    }
    let leaving: Promise<void> = Promise.resolve()
    return {
      show({ state }) {
        const next = state.showing as ShownAlert | null
        if (next?.id === current?.id) return
        if (current !== undefined) leaving = leave(current)
        current = next === null ? undefined : { id: next.id, card: cardOf(next) }
        const entering = current
        if (entering === undefined) return
        // The next one comes when the one before has left, unless it is over by then.
        void leaving.then(() => {
          if (entering !== current) return
          entering.card.dataset.state = 'in'
          root.append(entering.card)
        })
      },
      end: () => {
        current = undefined
      },
    }
  },
}
