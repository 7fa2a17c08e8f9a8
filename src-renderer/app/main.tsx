import '../theme/tokens.css'
import '../theme/base.css'
import '../theme/components.css'

import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { startSync } from '../client/sync.ts'
import { App } from './app.tsx'
import { restoreTheme } from './theme.ts'

restoreTheme()
// Before the first route is drawn: it may change the address, and a sign-in link stands in it.
void startSync()
createRoot(document.getElementById('root') as HTMLElement).render(
  <StrictMode>
    <App />
  </StrictMode>,
)
