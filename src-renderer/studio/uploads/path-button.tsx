import { FolderOpen } from 'lucide-react'
import { useState } from 'react'
import { reportProblem } from '../../client/api.ts'
import { shellBridge } from '../../client/shell-bridge.ts'
import { loadLater } from '../../components/load-later.tsx'
import { t } from './messages.ts'
import './uploads.css'

/** Loaded when it is opened. */
const FileChooser = loadLater(async () => (await import('./file-chooser.tsx')).FileChooser)

interface PathButtonProps {
  readonly what: 'file' | 'folder'
  readonly several?: boolean
  readonly disabled: boolean
  readonly onChoose: (paths: readonly string[]) => void
}

/** Opens the chooser of files or folders of the host: the system's dialog where the desktop shell is on the same machine. */
export function PathButton({ what, several = false, disabled, onChoose }: PathButtonProps) {
  const [open, setOpen] = useState(false)
  const label = what === 'folder' ? t.chooseFolder : several ? t.addFiles : t.choose
  const choose = async (): Promise<void> => {
    const bridge = shellBridge()
    if (bridge === undefined) {
      setOpen(true)
      return
    }
    const paths = await (what === 'folder' ? bridge.chooseFolder({}) : bridge.chooseFiles({ several }))
    if (paths.length > 0) onChoose(paths)
  }
  return (
    <>
      <button
        type="button"
        className={several ? 'button' : 'button icon'}
        disabled={disabled}
        {...(several ? {} : { 'aria-label': label, 'title': label })}
        data-testid="choose-file"
        onClick={() => void choose().catch(reportProblem)}
      >
        <FolderOpen size={15} /> {several && label}
      </button>
      {open && (
        <FileChooser
          what={what}
          several={several}
          onClose={() => setOpen(false)}
          onChoose={(paths) => {
            setOpen(false)
            onChoose(paths)
          }}
        />
      )}
    </>
  )
}
