import '../theme/tokens.css'
import '../theme/base.css'
import '../theme/components.css'

import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { onProblem } from '../client/api.ts'
import { followHost } from '../client/follow-host.ts'
import { notifyError } from '../components/toasts.tsx'
import { startInLanguage } from '../messages/language.ts'
import { App } from './app.tsx'
import { noteMainWindow } from './follow-links.ts'
import { readSection } from './sections.tsx'
import { restoreTheme } from './theme.ts'

// While the language is read.
if (!/^\/(?:guest|publish|desktops\/invitation)(?:\/|$)/.test(location.pathname)) readSection(location.pathname)
startInLanguage('page', () => {
  restoreTheme()
  onProblem(notifyError)
  noteMainWindow()
  // Before the first route is drawn: it may change the URL, and a sign-in link is in it.
  void followHost()
  createRoot(document.getElementById('root') as HTMLElement).render(
    <StrictMode>
      <App />
    </StrictMode>,
  )
})
