// What the scripts of the page ask of Gradio. It makes an event method of every name quoted after the call below.
window.alpieAsk = asked => trigger('ask', asked);
window.alpieRestore = () => trigger('restore', {question: ''});
window.alpieReopen = () => trigger('reopen', {question: ''});
