import '../theme/tokens.css'
import '../theme/base.css'
import '../theme/components.css'

import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './app.tsx'
import { restoreTheme } from './theme.ts'

restoreTheme()
createRoot(document.getElementById('root') as HTMLElement).render(
  <StrictMode>
    <App />
  </StrictMode>,
)
