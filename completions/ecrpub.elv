set edit:completion:arg-completer[ecrpub] = { |@words|
    var index = (count $words)
    set index = (- $index 1)

    put (env _CLAP_IFS="\n" _CLAP_COMPLETE_INDEX=(to-string $index) ECRPUB_COMPLETE="elvish" ecrpub -- $@words) | to-lines
}
