complete --keep-order --exclusive --command ecrpub --arguments "(ECRPUB_COMPLETE=fish ecrpub -- (commandline --current-process --tokenize --cut-at-cursor) (commandline --current-token))"
