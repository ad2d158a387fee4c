import './mantine.css'
import './tokens.css'
import { MantineProvider } from '@mantine/core'
import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { whenUnauthorised } from '@/api/client'
import { queryClient } from './queryClient'
import { preloadPage, router } from './router'
import { cssVariables, theme } from './theme'

// The page's own code comes while React draws the frame and the server says who is asking.
preloadPage(window.location.pathname)

whenUnauthorised(() => {
  if (router.state.location.pathname === '/login') return
  queryClient.removeQueries({ queryKey: ['me'] })
  void router.navigate({ to: '/login', search: { to: router.state.location.href } })
})

createRoot(document.getElementById('root') as HTMLElement).render(
  <StrictMode>
    <MantineProvider theme={theme} cssVariablesResolver={cssVariables} defaultColorScheme="auto">
      <QueryClientProvider client={queryClient}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
)
