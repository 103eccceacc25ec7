// The page works without this: the buttons appear only when the browser can copy.
if (navigator.clipboard) {
  const announcement = document.getElementById('announcement')
  for (const button of document.querySelectorAll('button[data-copy]')) {
    const [label] = button.childNodes
    button.hidden = false
    button.addEventListener('click', async () => {
      await navigator.clipboard.writeText(button.dataset.copy)
      label.data = 'Copied'
      announcement.textContent = 'Copied to the clipboard'
      setTimeout(() => {
        label.data = 'Copy'
        announcement.textContent = ''
      }, 2000)
    })
  }
}
