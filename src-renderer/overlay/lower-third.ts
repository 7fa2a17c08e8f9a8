import { type DrawnKind, element, setText, whenStill } from './drawing.ts'

/** Name and role. The panel comes first, then its bar, then the texts: each a moment behind the other. */
export const lowerThird: DrawnKind = {
  draw(root) {
    const title = element('lt-title')
    const subtitle = element('lt-subtitle')
    const panel = element('lt-panel', element('lt-bar'), element('lt-texts', element('lt-clip', title), element('lt-clip', subtitle)))
    panel.dataset.state = 'hidden'
    root.append(panel)
    let wanted = { visible: false, title: '', subtitle: '' }
    let moving = false

    const put = (): void => {
      setText(title, wanted.title)
      setText(subtitle, wanted.subtitle)
      subtitle.parentElement?.toggleAttribute('hidden', wanted.subtitle === '')
      title.parentElement?.toggleAttribute('hidden', wanted.title === '')
    }
    /** One change after the other: other texts come in a panel that has left first. */
    const settle = async (): Promise<void> => {
      if (moving) return
      moving = true
      for (;;) {
        const isIn = panel.dataset.state === 'in'
        const same = title.textContent === wanted.title && subtitle.textContent === wanted.subtitle
        if (isIn && (!wanted.visible || !same)) panel.dataset.state = 'out'
        else if (!isIn && wanted.visible) {
          put()
          panel.dataset.state = 'in'
        } else break
        await whenStill(panel)
        if (panel.dataset.state === 'out') panel.dataset.state = 'hidden'
      }
      moving = false
    }
    return {
      show({ state }) {
        wanted = { visible: state.visible === true, title: String(state.title), subtitle: String(state.subtitle) }
        void settle()
      },
      end: () => undefined,
    }
  },
}
