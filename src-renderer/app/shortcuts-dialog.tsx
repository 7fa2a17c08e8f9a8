import { CloseAction, Dialog } from '../components/dialog.tsx'
import { keyNames } from '../components/key-names.ts'
import { app as t } from '../messages/page.ts'
import { t as canvas } from '../studio/canvas/messages.ts'
import './shortcuts.css'

type Keys = readonly (readonly [keys: string, what: string])[]

const everywhere = (): Keys => [
  ['Ctrl K', t.findASectionStream],
  ['g u', t.studio],
  ['g l', t.live],
  ['g k', t.keys],
  ['g b', t.library],
  ['g a', t.activity],
  ['g s', t.settings],
  ['n', t.createAStreamKey],
  ['Ctrl Z', t.inTheStudioUndo],
  ['Ctrl Shift Z', t.inTheStudioRedo],
  ['F2', t.inAListOfTheStudioRename],
  ['Alt ↑ ↓', t.inAListOfTheStudioMove],
  ['i', t.onAStreamMarkTheStart],
  ['o', t.onAStreamMarkTheEnd],
  ['↑ ↓', t.moveInAList],
  ['Enter', t.openWhatHasTheFocus],
  ['t', t.changeTheTheme],
  ['?', t.showThisList],
]

const onCanvas = (): Keys => [
  ['Ctrl E', canvas.editTransform],
  ['Ctrl R', canvas.reset],
  ['Ctrl F', canvas.fit],
  ['Ctrl S', canvas.stretch],
  ['Ctrl D', canvas.center],
  ['← ↑ ↓ →', canvas.keys.nudge],
  ['Shift ← ↑ ↓ →', canvas.keys.nudgeFar],
  ['Ctrl A', canvas.selectAll],
  ['Esc', canvas.keys.escape],
  ['Ctrl C', canvas.copy],
  ['Ctrl V', canvas.paste],
  ['Ctrl Shift D', canvas.duplicate],
  ['Delete', canvas.remove],
  ['Ctrl G', canvas.group],
  ['Ctrl Shift G', canvas.ungroup],
  ['Ctrl +', canvas.keys.zoomIn],
  ['Ctrl -', canvas.keys.zoomOut],
  ['Ctrl 0', canvas.zoomWhole],
  ['Space', canvas.keys.pan],
  ['Shift F10', canvas.menu],
]

/** The list of keys. */
export function ShortcutsDialog({ onClose }: { readonly onClose: () => void }) {
  return (
    <Dialog title={t.keyboardShortcuts} onClose={onClose} testId="shortcuts">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: keys scroll it */}
      <section className="shortcut-lists" tabIndex={0} aria-label={t.keyboardShortcuts}>
        <KeyTable title={t.everywhere} list={everywhere()} />
        <KeyTable title={canvas.keys.title} list={onCanvas()} />
      </section>
      <CloseAction onClose={onClose} />
    </Dialog>
  )
}

function KeyTable({ title, list }: { readonly title: string; readonly list: Keys }) {
  return (
    <table>
      <caption>{title}</caption>
      <tbody>
        {list.map(([keys, what]) => (
          <tr key={keys}>
            <td>
              {keys.split(' ').map((key) => (
                <kbd key={key}>{keyNames(key)}</kbd>
              ))}
            </td>
            <td>{what}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
