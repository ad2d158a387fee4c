import hooks from 'eslint-plugin-react-hooks'
import tseslint from 'typescript-eslint'

// app → features → shared → api. A folder reaches outside itself only through the `@/` alias, so one pattern a zone is enough.
const zone = (files, forbidden) => ({
  files: [`src/${files}/**/*.{ts,tsx}`],
  rules: { 'no-restricted-imports': ['error', { patterns: forbidden }] },
})

export default tseslint.config(
  { ignores: ['node_modules', 'dist', 'src/api/schema.d.ts'] },
  ...tseslint.configs.recommended,
  {
    plugins: { 'react-hooks': hooks },
    rules: {
      'react-hooks/rules-of-hooks': 'error',
      'react-hooks/exhaustive-deps': 'error',
      'max-lines': ['error', 300],
      'no-restricted-syntax': [
        'error',
        { selector: "JSXAttribute[name.name='dangerouslySetInnerHTML']", message: 'Payloads are hostile: render text.' },
      ],
    },
  },
  zone('api', ['@/shared/*', '@/features/*', '@/app/*', '../*']),
  zone('shared', ['@/features/*', '@/app/*', '../*']),
  zone('features', ['@/features/*', '@/app/*', '../*']),
  // An issue shows one of its errors with what errors are shown with, and what a detector found with what that is.
  zone('features/issues', ['@/features/*', '!@/features/errors', '!@/features/detectors', '@/app/*', '../*']),
  zone('features/settings', ['@/features/*', '!@/features/detectors', '!@/features/rules', '@/app/*', '../*']),
  // A message shows what else happened as an issue's event does.
  zone('features/feedback', ['@/features/*', '!@/features/issues', '@/app/*', '../*']),
  // A rule starts from an error.
  zone('features/rules', ['@/features/*', '!@/features/errors', '@/app/*', '../*']),
)
