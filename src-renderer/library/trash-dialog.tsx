import { RotateCcw, Trash2 } from 'lucide-react'
import { useCallback, useEffect, useState } from 'react'
import { formatBytes, formatDuration } from '../client/format.ts'
import { Dialog } from '../components/dialog.tsx'
import { useMayEdit } from '../components/page.ts'
import { notifyError } from '../components/toasts.tsx'
import { components, library as t } from '../messages/page.ts'
import { deleteNow, readTrash, restore } from './library-actions.ts'
import type { LibraryItem } from './library-items.ts'

/** What was deleted within the last minutes, of both parts, and the way back. */
export function TrashDialog({ onClose }: { readonly onClose: () => void }) {
  const editor = useMayEdit()
  const [items, setItems] = useState<readonly LibraryItem[] | null>(null)
  const read = useCallback(() => void readTrash().then(setItems, notifyError), [])
  useEffect(read, [read])
  return (
    <Dialog title={t.trash} onClose={onClose} testId="trash-dialog">
      <p className="quiet">{t.trashText}</p>
      {items?.length === 0 && <p data-testid="trash-empty">{t.trashEmpty}</p>}
      <ul className="trash-list">
        {items?.map((item) => (
          <li key={item.id} data-testid="trash-item">
            <span className="trash-name">
              <b>{item.title}</b>
              <span className="quiet small">
                {t.kinds[item.kind]} · {item.fileName} · {formatDuration(item.durationMs)} · {formatBytes(item.bytes)}
              </span>
            </span>
            {editor && (
              <>
                <button
                  type="button"
                  className="button"
                  aria-label={components.media.restoreNamed(item.fileName)}
                  data-testid="trash-restore"
                  onClick={() => void restore(item).then(read)}
                >
                  <RotateCcw size={15} /> {components.media.restore}
                </button>
                <button
                  type="button"
                  className="button quiet icon danger"
                  aria-label={components.media.deleteNowNamed(item.fileName)}
                  title={components.media.deleteNow}
                  data-testid="trash-delete"
                  onClick={() => void deleteNow(item).then(read)}
                >
                  <Trash2 size={15} />
                </button>
              </>
            )}
          </li>
        ))}
      </ul>
      <div className="dialog-actions">
        <button type="button" className="button primary" onClick={onClose}>
          {components.close}
        </button>
      </div>
    </Dialog>
  )
}
